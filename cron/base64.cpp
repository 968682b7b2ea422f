#include "cron/base64.h"

#include <Poco/Base64Encoder.h>

#include <sstream>

namespace claimcheck::cron {

std::string base64(std::string_view bytes) {
  std::ostringstream out;
  Poco::Base64Encoder encoder{out};
  encoder.rdbuf()->setLineLength(0);
  encoder << bytes;
  encoder.close();
  return out.str();
}

}  // namespace claimcheck::cron
