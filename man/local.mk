dist_man_MANS += man/tdx-swiotlb.8
