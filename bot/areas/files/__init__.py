"""Pictures that members gave."""
