"""The union's calls to action: drafts, repeats, the queue, and the posts in its spaces."""
