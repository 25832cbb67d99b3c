# `cpack -G DEB` in a build folder: flowtalk_VERSION_ARCH.deb, and flowtalk-train's where it was built.
# Depends is what dpkg-shlibdeps finds and what is loaded on first use; data that is read at run time is named here.
set(CPACK_PACKAGE_NAME flowtalk)
set(CPACK_PACKAGE_VENDOR "The flowtalk authors")
set(CPACK_PACKAGE_CONTACT "The flowtalk authors <flowtalk@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "voice to emotional 3D face, on the processor alone")
set(CPACK_RESOURCE_FILE_LICENSE ${PROJECT_SOURCE_DIR}/LICENSE)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL flowtalk train)
set(CPACK_PROJECT_CONFIG_FILE ${PROJECT_SOURCE_DIR}/cmake/package_components.cmake)
set(CPACK_FLOWTALK_TRAIN_PROGRAM ${CMAKE_BINARY_DIR}/bin/flowtalk-train)

set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS OFF)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)

set(CPACK_DEBIAN_FLOWTALK_PACKAGE_NAME flowtalk)
set(CPACK_DEBIAN_FLOWTALK_PACKAGE_SECTION graphics)
# The packages of libraries that are loaded on first use, which dpkg-shlibdeps does not see.
get_property(lazy_libraries GLOBAL PROPERTY flowtalk_lazy_libraries)
find_program(DPKG_PROGRAM dpkg)
set(lazy_packages)
foreach(library ${lazy_libraries})
  file(REAL_PATH ${library} file)
  string(REGEX REPLACE "^/usr" "" short ${file})
  foreach(name ${file} ${short})
    set(owner)
    if(DPKG_PROGRAM)
      execute_process(COMMAND ${DPKG_PROGRAM} -S ${name} OUTPUT_VARIABLE owner ERROR_QUIET)
    endif()
    if(owner MATCHES "^([a-z0-9.+-]+):")
      list(APPEND lazy_packages ${CMAKE_MATCH_1})
    endif()
  endforeach()
endforeach()
list(REMOVE_DUPLICATES lazy_packages)
list(JOIN lazy_packages ", " CPACK_DEBIAN_FLOWTALK_PACKAGE_DEPENDS)
set(CPACK_COMPONENT_FLOWTALK_DESCRIPTION
"flowtalk listens to speech, takes an emotion, a strength and a speaking style, and draws lips, jaw,
brows, lids and cheeks at 25 frames per second, sampled from a conditional normalizing flow: as a film
(mp4), as pictures or as numbers in the layout of FLAME. It measures such motion, restyles recorded
performances and makes corpora. A trained model and a head made by code come with it.")
# espeak-ng-data comes with libespeak-ng1; the rest is read by single commands: pocketsphinx's model by
# `evaluate` and `data`, Debian's prompts by `data` and the demo.
set(CPACK_DEBIAN_FLOWTALK_PACKAGE_RECOMMENDS pocketsphinx-en-us)
set(CPACK_DEBIAN_FLOWTALK_PACKAGE_SUGGESTS
    "flowtalk-train, asterisk-core-sounds-en-g722, tuxpaint-stamps-default, bash-completion, ffmpeg")

set(CPACK_DEBIAN_TRAIN_PACKAGE_NAME flowtalk-train)
set(CPACK_DEBIAN_TRAIN_PACKAGE_SECTION graphics)
set(CPACK_DEBIAN_TRAIN_PACKAGE_DEPENDS "flowtalk (= ${PROJECT_VERSION})")
set(CPACK_DEBIAN_TRAIN_PACKAGE_RECOMMENDS libopenblas0-pthread)
set(CPACK_COMPONENT_TRAIN_DESCRIPTION
"The program behind `flowtalk train`, which trains the speech encoder, the motion prior, the generator and
the emotion classifier of flowtalk. It links libtorch.")

# Debian's place and form for the terms; only packages hold it.
install(FILES ${PROJECT_SOURCE_DIR}/cmake/debian_copyright DESTINATION share/doc/flowtalk
        RENAME copyright COMPONENT flowtalk EXCLUDE_FROM_ALL)
install(FILES ${PROJECT_SOURCE_DIR}/cmake/debian_copyright DESTINATION share/doc/flowtalk-train
        RENAME copyright COMPONENT train EXCLUDE_FROM_ALL)

include(CPack)
