# flowtalk_room(NAME SOURCES ... DEPENDS ... PUBLIC ... TESTS ...)
#   NAME     the folder; the target is flowtalk_NAME
#   SOURCES  .cpp files (a room without any becomes an interface target)
#   DEPENDS  other rooms, by folder name
#   PUBLIC   outside libraries that its headers need;  PRIVATE those that only its sources need
#   TESTS    *_test.cpp files, linked into one NAME_test with the CTest label `unit`

# Our targets are warning-free; other people's headers are not our business.
function(flowtalk_warnings target)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wconversion -Werror)
endfunction()

function(flowtalk_sanitizers target scope)
  if(FLOWTALK_ASAN)
    target_compile_options(${target} ${scope} -fsanitize=address,undefined
                           -fno-sanitize-recover=undefined -fno-omit-frame-pointer)
    target_link_options(${target} ${scope} -fsanitize=address,undefined)
  elseif(FLOWTALK_TSAN)
    target_compile_options(${target} ${scope} -fsanitize=thread)
    target_link_options(${target} ${scope} -fsanitize=thread)
  endif()
endfunction()

# flowtalk_test(NAME SOURCES ... LINK ... LABEL unit|slow): one GoogleTest binary, one CTest per case.
function(flowtalk_test name)
  cmake_parse_arguments(T "" "LABEL" "SOURCES;LINK" ${ARGN})
  if(NOT FLOWTALK_TESTS)
    return()
  endif()
  if(NOT T_LABEL)
    set(T_LABEL unit)
  endif()
  add_executable(${name} ${T_SOURCES})
  target_link_libraries(${name} PRIVATE ${T_LINK} GTest::gmock GTest::gtest_main)
  flowtalk_warnings(${name})
  flowtalk_sanitizers(${name} PRIVATE)
  gtest_discover_tests(${name} DISCOVERY_TIMEOUT 120 PROPERTIES LABELS ${T_LABEL} TIMEOUT 900)
endfunction()

function(flowtalk_room name)
  cmake_parse_arguments(R "" "" "SOURCES;DEPENDS;PUBLIC;PRIVATE;TESTS" ${ARGN})
  set(target flowtalk_${name})
  list(TRANSFORM R_DEPENDS PREPEND flowtalk_)
  if(R_SOURCES)
    add_library(${target} STATIC ${R_SOURCES})
    target_include_directories(${target} PUBLIC ${PROJECT_SOURCE_DIR})
    target_link_libraries(${target} PUBLIC ${R_DEPENDS} ${R_PUBLIC} PRIVATE ${R_PRIVATE})
    flowtalk_warnings(${target})
    flowtalk_sanitizers(${target} PUBLIC)
  else()
    add_library(${target} INTERFACE)
    target_include_directories(${target} INTERFACE ${PROJECT_SOURCE_DIR})
    target_link_libraries(${target} INTERFACE ${R_DEPENDS} ${R_PUBLIC})
  endif()
  if(R_TESTS)
    flowtalk_test(${name}_test SOURCES ${R_TESTS} LINK ${target})
  endif()
endfunction()
