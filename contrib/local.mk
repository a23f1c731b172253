# Filled in as the parts land.
include contrib/collateral.mk
