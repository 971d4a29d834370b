"""The outbox of messages to be sent, and the chats that messages do not reach."""
