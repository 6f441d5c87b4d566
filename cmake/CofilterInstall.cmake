# cmake --install: the programs, and what runs and watches them.
include(GNUInstallDirs)
set(SHARE "${CMAKE_INSTALL_DATADIR}/cofilter")
install(TARGETS cofilter cofilter-server cofilter-train cofilter-evaluate RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}")
install(PROGRAMS training/retrain.sh DESTINATION "${CMAKE_INSTALL_BINDIR}" RENAME cofilter-retrain)
install(FILES service/config/cofilter.toml docker/prometheus/alerts.yml docker/grafana/cofilter.json DESTINATION "${SHARE}")
install(DIRECTORY proto/cofilter DESTINATION "${SHARE}/proto" FILES_MATCHING PATTERN "*.proto")
