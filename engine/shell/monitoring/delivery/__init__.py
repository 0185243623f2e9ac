"""Delivery: what waits in the store goes to mailboxes and webhooks, each alert and event once."""
