"""The service: the commands' answers over HTTP, for programs with keys and people with sessions."""
