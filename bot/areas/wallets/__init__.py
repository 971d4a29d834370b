"""Members' wallets, and the ceremony that links them."""
