"""Who may do what, and what needs a second person: publishing, approvals, waivers, halts, users."""
