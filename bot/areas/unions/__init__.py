"""Unions: changing them, handing them over, and the union that a private chat is about."""
