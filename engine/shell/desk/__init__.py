"""The desk: pages for officers, managers and auditors, served beside the service, offline too."""
