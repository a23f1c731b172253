include contrib/collateral.mk
include contrib/health.mk

# What ages lies in files: regions, instance families, minimum kernels.
platformsdir = $(tdxdatadir)/platforms.d
dist_platforms_DATA = contrib/platforms.d/alibaba-cloud.conf
EXTRA_DIST += contrib/quickstart/packages.sh
