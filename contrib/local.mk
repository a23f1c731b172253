include contrib/collateral.mk
include contrib/health.mk

# What ages lies in files: regions, instance families, minimum kernels.
platformsdir = $(tdxdatadir)/platforms.d
dist_platforms_DATA = \
	contrib/platforms.d/alibaba-cloud.conf \
	contrib/platforms.d/azure.conf \
	contrib/platforms.d/google-cloud.conf \
	contrib/platforms.d/volcano-engine.conf
EXTRA_DIST += contrib/quickstart/packages.sh
