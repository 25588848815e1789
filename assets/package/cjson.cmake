# cjson.cmake: sets LRP_CJSON to what is linked for JSON. Debian has no static cJSON: where none is found the portable build makes
# it from Debian's source (-DFETCHCONTENT_SOURCE_DIR_CJSON=FOLDER names one that is here already).
set(LRP_CJSON PkgConfig::CJSON)
find_library(LRP_CJSON_STATIC libcjson.a)
mark_as_advanced(LRP_CJSON_STATIC)
if(NOT LRPSCOPE_PORTABLE OR LRP_CJSON_STATIC)
  pkg_check_modules(CJSON REQUIRED IMPORTED_TARGET libcjson)
else()
  include(FetchContent)
  FetchContent_Declare(cjson URL https://deb.debian.org/debian/pool/main/c/cjson/cjson_1.7.15.orig.tar.gz
    URL_HASH SHA256=5308fd4bd90cef7aa060558514de6a1a4a0819974a26e6ed13973c5f624c24b2
    SOURCE_SUBDIR none) # no project of its own: one source file is all of it
  FetchContent_MakeAvailable(cjson)
  file(COPY ${cjson_SOURCE_DIR}/cJSON.h DESTINATION ${PROJECT_BINARY_DIR}/cjson/cjson)
  add_library(lrp_cjson STATIC ${cjson_SOURCE_DIR}/cJSON.c)
  target_include_directories(lrp_cjson SYSTEM INTERFACE ${PROJECT_BINARY_DIR}/cjson ${PROJECT_BINARY_DIR}/cjson/cjson)
  set(LRP_CJSON lrp_cjson)
endif()
