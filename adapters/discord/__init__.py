"""Discord: slash commands, buttons, modals and direct messages, through the gateway and the REST interface."""
