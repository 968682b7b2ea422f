# Writes OUTPUT, a C++ file with the schema files FILES of FOLDER as constants, in the order given.
set(entries "")
foreach(file IN LISTS FILES)
  get_filename_component(name ${file} NAME_WLE)
  file(READ ${FOLDER}/${file} text)
  string(APPEND entries "    {\"${name}\", R\"sql(${text})sql\"},\n")
endforeach()
file(WRITE ${OUTPUT} "#include \"sql/schema.h\"

namespace claimcheck::sql {

const std::vector<SchemaFile>& schema_files() {
  static const std::vector<SchemaFile> files{
${entries}  };
  return files;
}

}  // namespace claimcheck::sql
")
