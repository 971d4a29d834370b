"""Members' answers to calls with their proofs, and the streaks that follow from them."""
