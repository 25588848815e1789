# shared.cmake: liblrpscope.so beside the static library, from the same objects. A version script exports the functions that the
# public headers declare, and nothing else.
file(GLOB public_headers CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/include/lrpscope/*.h)
set(exported "")
foreach(header ${public_headers})
  set_property(DIRECTORY ${PROJECT_SOURCE_DIR} APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${header})
  file(STRINGS ${header} lines REGEX "^[a-z].*[ *]lrp_[a-z0-9_]+\\(")
  foreach(line ${lines})
    if(NOT line MATCHES "^(static|typedef)")
      string(REGEX REPLACE "^[^(]*[ *](lrp_[a-z0-9_]+)\\(.*" "\\1" name "${line}")
      list(APPEND exported ${name})
    endif()
  endforeach()
endforeach()
list(REMOVE_DUPLICATES exported)
list(REMOVE_ITEM exported lrp_plugin_main) # a plugin's, not ours
list(SORT exported)
set(LRP_EXPORTED ${exported}) # for packages, too
list(JOIN exported ";\n    " exported)
set(LRP_EXPORTS ${PROJECT_BINARY_DIR}/lrpscope.map)
file(CONFIGURE OUTPUT ${LRP_EXPORTS} CONTENT "LRPSCOPE_${PROJECT_VERSION_MAJOR} {\nglobal:\n    ${exported};\nlocal:\n    *;\n};\n")

add_library(lrpscope_shared SHARED)
foreach(station ${LRP_LIBRARY_STATIONS})
  target_sources(lrpscope_shared PRIVATE $<TARGET_OBJECTS:lrp_${station}>)
endforeach()
target_include_directories(lrpscope_shared PUBLIC ${PROJECT_SOURCE_DIR}/include)
target_link_libraries(lrpscope_shared PRIVATE lrp_options ${LRP_EXTERNAL_LIBRARIES})
target_link_options(lrpscope_shared PRIVATE -Wl,--version-script=${LRP_EXPORTS} -Wl,-Bsymbolic-functions)
set_target_properties(lrpscope_shared PROPERTIES OUTPUT_NAME lrpscope VERSION ${PROJECT_VERSION}
  SOVERSION ${PROJECT_VERSION_MAJOR} LINK_DEPENDS ${LRP_EXPORTS})
