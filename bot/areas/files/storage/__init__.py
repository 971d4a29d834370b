"""Pictures that members gave, and pictures that were shown."""
