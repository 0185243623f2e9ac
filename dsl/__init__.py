"""The mandate language: text to tree to checked policy, with diagnostics for people who do not program."""
