"""Who is who: sessions, users and their keys."""
