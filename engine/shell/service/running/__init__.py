"""How the service is: alive, ready, measured."""
