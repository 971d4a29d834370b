"""Acts that came in with their answers, the tokens of buttons, and open questions."""
