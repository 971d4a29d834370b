"""The playground: a web chat on loopback with two rooms, several players to act as, and their demo wallets."""
