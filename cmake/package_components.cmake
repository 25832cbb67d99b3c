# Read by cpack: no package of a program that was not built.
if(NOT EXISTS "${CPACK_FLOWTALK_TRAIN_PROGRAM}")
  set(CPACK_COMPONENTS_ALL flowtalk)
endif()
