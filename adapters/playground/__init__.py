"""The playground: a web chat on loopback with two rooms, several people to act as, and their demo wallets."""
