dist_tdxdata_DATA += contrib/platforms/pcs-regions.conf
