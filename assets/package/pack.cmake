# pack.cmake: Debian packages, made by `cpack -G DEB` in a build folder that the preset "package" configured (that is, for /usr and
# with Debian's hardening); one package a component of install.cmake.
set(LRPSCOPE_MAINTAINER "lrpscope developers <maintainers@users.noreply.r-seed-f0573d50.example>" CACHE STRING "who packages it, as Name <mail>")
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_CONTACT ${LRPSCOPE_MAINTAINER})
set(CPACK_PACKAGE_VENDOR "lrpscope developers")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL program)
set(CPACK_COMPONENTS_GROUPING IGNORE)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)

set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "") # each has its own

# lrp_package(COMPONENT NAME SECTION SUMMARY DESCRIPTION [DEPENDENCY...]); lines of the description are broken as Debian wants them
function(lrp_package component name section summary description)
  string(TOUPPER ${component} key)
  set(broken "")
  foreach(paragraph ${description})
    string(REPLACE " " ";" words "${paragraph}")
    set(line "")
    foreach(word ${words})
      string(LENGTH "${line} ${word}" length)
      if(length GREATER 72)
        string(APPEND broken "\n${line}")
        set(line ${word})
      else()
        string(STRIP "${line} ${word}" line)
      endif()
    endforeach()
    string(APPEND broken "\n${line}")
  endforeach()
  string(REPLACE ";" ", " dependencies "${ARGN}")
  set(CPACK_DEBIAN_${key}_PACKAGE_NAME ${name} PARENT_SCOPE)
  set(CPACK_DEBIAN_${key}_PACKAGE_SECTION ${section} PARENT_SCOPE)
  set(CPACK_DEBIAN_${key}_DESCRIPTION "${summary}${broken}" PARENT_SCOPE)
  set(CPACK_DEBIAN_${key}_PACKAGE_DEPENDS "${dependencies}" PARENT_SCOPE)
endfunction()

string(CONCAT about "Layer-wise relevance propagation (LRP) explains an answer of a neural network: it hands the answer back, layer by "
  "layer, until every input has its share.")
lrp_package(program lrpscope science "terminal inspector for layer-wise relevance propagation"
  "${about};lrpscope opens ONNX files in a terminal, shows every layer and which ones LRP does not support and why, computes the \
relevance of every layer while rules are chosen, and exports heatmaps, arrays and rules files, all of it also from scripts.")
if(LRPSCOPE_SHARED_LIBRARY)
  list(APPEND CPACK_COMPONENTS_ALL library development python)
  set(library liblrpscope${PROJECT_VERSION_MAJOR})
  lrp_package(library ${library} libs "layer-wise relevance propagation on ONNX models, shared library"
    "${about};This package holds the shared library, which programs written in C, C++ or Python use.")
  set(needed "${library} (= ${PROJECT_VERSION}-${CPACK_DEBIAN_PACKAGE_RELEASE})" libcjson-dev libpng-dev zlib1g-dev
    "libjpeg62-turbo-dev | libjpeg-dev" libutf8proc-dev)
  if(WEBP_FOUND)
    list(APPEND needed libwebp-dev)
  endif()
  if(GIF_FOUND)
    list(APPEND needed libgif-dev)
  endif()
  if(LRPSCOPE_DNNL)
    list(APPEND needed libdnnl-dev)
  elseif(OPENBLAS_FOUND)
    list(APPEND needed libopenblas-dev)
  endif()
  lrp_package(development liblrpscope-dev libdevel "layer-wise relevance propagation on ONNX models, development files"
    "${about};This package holds headers, the static library, files for pkg-config and CMake, and examples of programs and plugins."
    ${needed})
  lrp_package(python python3-lrpscope python "layer-wise relevance propagation on ONNX models, Python module"
    "${about};This package holds a module of one file on the shared library, with arrays of NumPy."
    "${library} (>= ${PROJECT_VERSION})" python3 python3-numpy)
  # what packages that link with it depend on, by name of the library and by symbol
  set(control ${PROJECT_BINARY_DIR}/control)
  list(TRANSFORM LRP_EXPORTED APPEND "@LRPSCOPE_${PROJECT_VERSION_MAJOR} ${PROJECT_VERSION}" OUTPUT_VARIABLE symbols)
  list(PREPEND symbols "LRPSCOPE_${PROJECT_VERSION_MAJOR}@LRPSCOPE_${PROJECT_VERSION_MAJOR} ${PROJECT_VERSION}")
  list(JOIN symbols "\n " symbols)
  file(CONFIGURE OUTPUT ${control}/symbols CONTENT "liblrpscope.so.${PROJECT_VERSION_MAJOR} ${library} #MINVER#\n* Build-Depends-Package: liblrpscope-dev\n ${symbols}\n")
  file(CONFIGURE OUTPUT ${control}/shlibs CONTENT "liblrpscope ${PROJECT_VERSION_MAJOR} ${library} (>= ${PROJECT_VERSION})\n")
  file(CONFIGURE OUTPUT ${control}/triggers CONTENT "activate-noawait ldconfig\n")
  set(CPACK_DEBIAN_LIBRARY_PACKAGE_CONTROL_EXTRA ${control}/symbols ${control}/shlibs ${control}/triggers)
  set(CPACK_DEBIAN_PYTHON_PACKAGE_ARCHITECTURE all)
  set(CPACK_DEBIAN_PYTHON_PACKAGE_SHLIBDEPS OFF)
  set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SHLIBDEPS OFF)
endif()

# what Debian wants besides: compressed manual pages, changelog and copyright of every package
set(LRP_PACKAGES "")
foreach(component ${CPACK_COMPONENTS_ALL})
  string(TOUPPER ${component} key)
  list(APPEND LRP_PACKAGES ${component}:${CPACK_DEBIAN_${key}_PACKAGE_NAME})
endforeach()
configure_file(assets/package/pack_finish.cmake.in pack_finish.cmake @ONLY)
set(CPACK_PRE_BUILD_SCRIPTS ${PROJECT_BINARY_DIR}/pack_finish.cmake)
include(CPack)
