"""Discord: slash commands, buttons, modals and direct messages, by the gateway and the REST interface."""
