# The paths of a unit are those of this build, so it is made and not shipped.
dist_systemdsystemunit_DATA += contrib/systemd/tdx-collateral.timer
nodist_systemdsystemunit_DATA += contrib/systemd/tdx-collateral.service
EXTRA_DIST += contrib/systemd/tdx-collateral.service.in
CLEANFILES += contrib/systemd/tdx-collateral.service

contrib/systemd/tdx-collateral.service: contrib/systemd/tdx-collateral.service.in Makefile
	$(AM_V_GEN)$(MKDIR_P) contrib/systemd && $(SED) -e 's|@bindir[@]|$(bindir)|g' \
		-e 's|@confdir[@]|$(tdxconfdir)|g' -e 's|@localstatedir[@]|$(localstatedir)|g' \
		$(srcdir)/contrib/systemd/tdx-collateral.service.in >$@.tmp && mv $@.tmp $@
