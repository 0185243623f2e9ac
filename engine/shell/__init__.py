"""The shell: command line, files and clock. It knows every stage and decides nothing."""
