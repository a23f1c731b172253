E2E_LONG_TESTS += tests/e2e/qemu_swiotlb.test
CLEANFILES += tests/e2e/qemu.cache/*.deb
