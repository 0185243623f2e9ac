"""Orders: what the gate passed goes out once, by FIX or as files, and comes back as fills and lots."""
