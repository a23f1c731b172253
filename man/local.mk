# Filled in as the parts land.
