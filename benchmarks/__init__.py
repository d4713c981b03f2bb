"""Speed and memory of our host, beside the stock host and an empty one."""
