# What `cmake --install` puts under a prefix. Component `flowtalk` is all but what needs libtorch;
# `train` is flowtalk-train, where it was built.
include(GNUInstallDirs)

# The build tree looks like an installed one to the programs in it: share/flowtalk/models is there.
file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/share/flowtalk)
file(CREATE_LINK ${PROJECT_SOURCE_DIR}/models ${CMAKE_BINARY_DIR}/share/flowtalk/models SYMBOLIC)

install(TARGETS flowtalk RUNTIME COMPONENT flowtalk)
if(TARGET flowtalk-train)
  install(TARGETS flowtalk-train RUNTIME OPTIONAL COMPONENT train)
endif()
set(models ${CMAKE_INSTALL_DATADIR}/flowtalk/models)
install(DIRECTORY models/ DESTINATION ${models} COMPONENT flowtalk PATTERN "ear" EXCLUDE)
if(TARGET flowtalk-train)  # what models are trained over
  install(DIRECTORY models/ear DESTINATION ${models} COMPONENT train)
endif()
install(FILES LICENSE README.md docs/licences.md DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT flowtalk)

# Made from --help by the program itself, when it is installed.
set(manual ${CMAKE_BINARY_DIR}/manual)
install(CODE "
  execute_process(COMMAND sh ${PROJECT_SOURCE_DIR}/scripts/manual.sh $<TARGET_FILE:flowtalk> ${manual}
                  RESULT_VARIABLE result)
  if(NOT result EQUAL 0)
    message(FATAL_ERROR \"scripts/manual.sh could not make the man pages from $<TARGET_FILE:flowtalk>\")
  endif()" ALL_COMPONENTS)
install(DIRECTORY ${manual}/man1 DESTINATION ${CMAKE_INSTALL_MANDIR} COMPONENT flowtalk
        PATTERN "flowtalk-train*" EXCLUDE)
install(DIRECTORY ${manual}/man1 DESTINATION ${CMAKE_INSTALL_MANDIR} COMPONENT train
        FILES_MATCHING PATTERN "flowtalk-train*")
install(FILES ${manual}/flowtalk.bash DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions
        RENAME flowtalk COMPONENT flowtalk)
