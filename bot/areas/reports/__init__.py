"""Reports on a call, by place and branch, for members who lead."""
