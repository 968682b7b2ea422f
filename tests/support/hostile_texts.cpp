#include "tests/support/hostile_texts.h"

#include <array>

namespace claimcheck::test {
namespace {

constexpr std::array payloads{
    "<script>hacked=1</script>",
    "<ScRiPt>hacked=1</sCrIpT>",
    "<script src=//127.0.0.1/x.js></script>",
    "<script/x>hacked=1</script >",
    "<img src=x onerror=hacked=1>",
    "<img src=x:x onerror=hacked=1//",
    "<img/src=\"x\"/onerror=hacked=1>",
    "<IMG SRC=`javascript:hacked=1`>",
    "<svg onload=hacked=1>",
    "<svg/onload=hacked=1//",
    "<svg><script>hacked=1</script></svg>",
    "<svg><animate onbegin=hacked=1 attributeName=x dur=1s>",
    "<svg><a xlink:href=javascript:hacked=1><text>x</text></a></svg>",
    "<math><mi//xlink:href=\"data:x,<script>hacked=1</script>\">",
    "<iframe src=javascript:hacked=1></iframe>",
    "<iframe srcdoc='<script>parent.hacked=1</script>'></iframe>",
    "<object data=javascript:hacked=1>",
    "<embed src=javascript:hacked=1>",
    "<body onload=hacked=1>",
    "<input autofocus onfocus=hacked=1>",
    "<select autofocus onfocus=hacked=1>",
    "<textarea autofocus onfocus=hacked=1>",
    "<details open ontoggle=hacked=1>",
    "<video><source onerror=hacked=1>",
    "<audio src=x onerror=hacked=1>",
    "<marquee onstart=hacked=1>",
    "<a href=javascript:hacked=1 autofocus>x</a>",
    "<a href=\"java&#9;script:hacked=1\">x</a>",
    "<form action=javascript:hacked=1><button>x</button></form>",
    "<button formaction=javascript:hacked=1>x</button>",
    "<base href=//127.0.0.1/>",
    "<meta http-equiv=refresh content=\"0;url=javascript:hacked=1\">",
    "<link rel=stylesheet href=//127.0.0.1/x.css>",
    "<style>*{background:url(//127.0.0.1/x)}</style>",
    "<style>@import '//127.0.0.1/x.css';</style>",
    "<div style=\"background:url(javascript:hacked=1)\">",
    "<p onmouseover=hacked=1>x</p>",
    "<template><script>hacked=1</script></template>",
    "<noscript><p title=\"</noscript><img src=x onerror=hacked=1>\">",
    "<!--><img src=x onerror=hacked=1>-->",
    "<![CDATA[<img src=x onerror=hacked=1>]]>",
    "<?xml version=\"1.0\"?><script>hacked=1</script>",
    "<x onclick=hacked=1 tabindex=1 id=x autofocus>x",
    "<table background=javascript:hacked=1>",
    "<keygen autofocus onfocus=hacked=1>",
    "<isindex action=javascript:hacked=1>",
    "<portal src=javascript:hacked=1>",
    "<dialog open onclose=hacked=1><form method=dialog>",
    "<slot onslotchange=hacked=1>",
    " onmouseover=hacked=1 x=",
    " autofocus onfocus=hacked=1 ",
    "javascript:hacked=1",
    "data:text/html,<script>hacked=1</script>",
    "${hacked=1}",
    "{{constructor.constructor('hacked=1')()}}",
    "&lt;script&gt;hacked=1&lt;/script&gt;",
    "&#60;script&#62;hacked=1&#60;/script&#62;",
    "\\u003cscript\\u003ehacked=1\\u003c/script\\u003e",
    "\xef\xbc\x9cscript\xef\xbc\x9ehacked=1\xef\xbc\x9c/script\xef\xbc\x9e",
    "\xe2\x80\xae<script>hacked=1</script>",
};

}  // namespace

const std::vector<std::string>& hostile_texts() {
  static const std::vector<std::string> all = [] {
    std::vector<std::string> texts;
    for (const char* payload : payloads)
      for (const char* before : {"", "\">", "'>", "</title></textarea></style>", "</script>"})
        texts.push_back(std::string{before} + payload);
    return texts;
  }();
  return all;
}

}  // namespace claimcheck::test
