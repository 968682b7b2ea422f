#pragma once

#include <string_view>

namespace claimcheck::fcgi {

/// The text of a file of this folder that is part of the binary since it was built (see CMakeLists.txt), such as
/// "openapi.json" or "pages/page.css". Throws std::out_of_range if that file is none of them.
std::string_view embedded_file(std::string_view name);

}  // namespace claimcheck::fcgi
