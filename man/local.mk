dist_man_MANS += man/tdx-swiotlb.8
dist_man_MANS += man/tdx-attest.1
dist_man_MANS += man/tdx-grub.8
dist_man_MANS += man/tdx-healthcheck.8
