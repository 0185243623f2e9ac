"""What editors need: a folder for VS Code, and the script that makes its grammar from ours."""
