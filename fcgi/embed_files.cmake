# Writes OUTPUT, a C++ file with the texts of FILES beneath FOLDER as constants. Compilers take no literal as long as some of
# these files are, so each is cut into parts.
set(entries "")
foreach(file IN LISTS FILES)
  file(READ ${FOLDER}/${file} text)
  string(LENGTH "${text}" length)
  set(literals "")
  set(position 0)
  while(position LESS length)
    string(SUBSTRING "${text}" ${position} 8000 part)
    string(APPEND literals "R\"embedded(${part})embedded\"\n")
    math(EXPR position "${position} + 8000")
  endwhile()
  string(APPEND entries "    {\"${file}\",\n${literals}},\n")
endforeach()
file(WRITE ${OUTPUT} "#include \"fcgi/embedded_file.h\"

#include <map>

namespace claimcheck::fcgi {

std::string_view embedded_file(std::string_view name) {
  static const std::map<std::string_view, std::string_view> files{
${entries}  };
  return files.at(name);
}

}  // namespace claimcheck::fcgi
")
