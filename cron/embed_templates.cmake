# Writes OUTPUT, a C++ file with the mail templates FILES of FOLDER as constants.
set(entries "")
foreach(file IN LISTS FILES)
  string(REGEX REPLACE "^templates/" "" name ${file})
  file(READ ${FOLDER}/${file} text)
  string(APPEND entries "    {\"${name}\", R\"mail(${text})mail\"},\n")
endforeach()
file(WRITE ${OUTPUT} "#include \"cron/templates.h\"

namespace claimcheck::cron {

const std::vector<TemplateFile>& template_files() {
  static const std::vector<TemplateFile> files{
${entries}  };
  return files;
}

}  // namespace claimcheck::cron
")
