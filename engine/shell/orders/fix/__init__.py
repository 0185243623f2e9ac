"""FIX 4.2 and 4.4: messages as plain values, and the session that carries them."""
