# flowtalk_room(NAME SOURCES ... DEPENDS ... PUBLIC ... TESTS ...)
#   NAME     the folder; the target is flowtalk_NAME
#   SOURCES  .cpp files (a room without any becomes an interface target)
#   DEPENDS  other rooms, by folder name
#   PUBLIC   outside libraries that its headers need;  PRIVATE those that only its sources need
#   TESTS    *_test.cpp files, linked into one NAME_test with the CTest label `unit`
#   HEADERS  a target whose precompiled headers room and tests take (flowtalk_precompile), instead of
#            those that all rooms share
#   OWN_FLAGS  its sources are compiled with flags that other rooms do not have: it does without

# Our targets are warning-free with the compilers of Debian 12; later ones warn of more, some of it wrongly (GCC 14:
# dangling references), and are not to end anybody's build. Other people's headers are not our business.
function(flowtalk_warnings target)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wconversion)
  if("${CMAKE_CXX_COMPILER_ID} ${CMAKE_CXX_COMPILER_VERSION}" MATCHES "^(GNU 12|Clang 14)\\.")
    target_compile_options(${target} PRIVATE -Werror)
  endif()
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

# Large headers are parsed once: flowtalk_precompile makes them in a target, flowtalk_precompiled
# lets another target have those of that one, which it must link with or be compiled like. The
# headers need one kind of code, so programs are made of -fPIC objects too. Files still include what
# they use: builds with FLOWTALK_PCH=OFF (presets asan, tsan and fuzz) hold them to it.
function(flowtalk_precompiled_flags target)
  set_target_properties(${target} PROPERTIES POSITION_INDEPENDENT_CODE OFF)
  target_compile_options(${target} PRIVATE -fPIC)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_compile_options(${target} PRIVATE -fpch-preprocess)  # for ccache
  else()
    target_compile_options(${target} PRIVATE "SHELL:-Xclang -fno-pch-timestamp")
  endif()
endfunction()

function(flowtalk_precompile target)
  if(FLOWTALK_PCH)
    flowtalk_precompiled_flags(${target})
    target_precompile_headers(${target} PRIVATE ${ARGN})
  endif()
endfunction()

function(flowtalk_precompiled target owner)
  if(FLOWTALK_PCH)
    flowtalk_precompiled_flags(${target})
    target_precompile_headers(${target} REUSE_FROM ${owner})
  endif()
endfunction()

# The same for a room. Sources with options of their own do without; these are to be set before.
function(flowtalk_room_headers target)
  if(target STREQUAL flowtalk_base)
    flowtalk_precompile(${target} <algorithm> <array> <cmath> <filesystem> <functional> <map> <memory> <optional>
                        <span> <string> <vector> <fmt/format.h> <nlohmann/json.hpp>)
  else()
    flowtalk_precompiled(${target} flowtalk_base)
  endif()
  foreach(source ${ARGN})
    get_source_file_property(options ${source} COMPILE_OPTIONS)
    if(options)
      set_source_files_properties(${source} PROPERTIES SKIP_PRECOMPILE_HEADERS ON)
    endif()
  endforeach()
endfunction()

# The headers of GoogleTest, for tests without libtorch.
function(flowtalk_test_headers)
  set(empty ${PROJECT_BINARY_DIR}/test_headers.cpp)
  file(CONFIGURE OUTPUT ${empty} CONTENT "")
  add_library(flowtalk_test_headers OBJECT ${empty})
  target_link_libraries(flowtalk_test_headers PRIVATE fmt::fmt GTest::gmock)
  flowtalk_warnings(flowtalk_test_headers)
  flowtalk_sanitizers(flowtalk_test_headers PRIVATE)
  flowtalk_precompile(flowtalk_test_headers <gmock/gmock.h> <gtest/gtest.h>)
endfunction()

# flowtalk_test(NAME SOURCES ... LINK ... LABEL unit|slow HEADERS TARGET): one GoogleTest binary, one
# CTest per case. HEADERS: whose precompiled headers it takes instead of GoogleTest's.
function(flowtalk_test name)
  cmake_parse_arguments(T "" "LABEL;HEADERS" "SOURCES;LINK" ${ARGN})
  if(NOT FLOWTALK_TESTS)
    return()
  endif()
  if(NOT T_LABEL)
    set(T_LABEL unit)
  endif()
  if(NOT T_HEADERS)
    set(T_HEADERS flowtalk_test_headers)
  endif()
  add_executable(${name} ${T_SOURCES})
  target_link_libraries(${name} PRIVATE ${T_LINK} GTest::gmock GTest::gtest_main)
  flowtalk_warnings(${name})
  flowtalk_sanitizers(${name} PRIVATE)
  flowtalk_precompiled(${name} ${T_HEADERS})
  gtest_discover_tests(${name} DISCOVERY_TIMEOUT 120 PROPERTIES LABELS ${T_LABEL} TIMEOUT 900)
endfunction()

function(flowtalk_room name)
  cmake_parse_arguments(R "OWN_FLAGS" "HEADERS" "SOURCES;DEPENDS;PUBLIC;PRIVATE;TESTS" ${ARGN})
  set(target flowtalk_${name})
  list(TRANSFORM R_DEPENDS PREPEND flowtalk_)
  if(R_SOURCES)
    add_library(${target} STATIC ${R_SOURCES})
    target_include_directories(${target} PUBLIC ${PROJECT_SOURCE_DIR})
    target_link_libraries(${target} PUBLIC ${R_DEPENDS} ${R_PUBLIC} PRIVATE ${R_PRIVATE})
    flowtalk_warnings(${target})
    flowtalk_sanitizers(${target} PUBLIC)
    if(R_HEADERS)
      flowtalk_precompiled(${target} ${R_HEADERS})
    elseif(NOT R_OWN_FLAGS)
      flowtalk_room_headers(${target} ${R_SOURCES})
    endif()
  else()
    add_library(${target} INTERFACE)
    target_include_directories(${target} INTERFACE ${PROJECT_SOURCE_DIR})
    target_link_libraries(${target} INTERFACE ${R_DEPENDS} ${R_PUBLIC})
  endif()
  if(R_TESTS)
    flowtalk_test(${name}_test SOURCES ${R_TESTS} LINK ${target} HEADERS "${R_HEADERS}")
  endif()
endfunction()
