#include "flowtalk/evaluate/page.h"

#include <fmt/format.h>

#include "flowtalk/evaluate/plots.h"

namespace flowtalk::evaluate {
namespace {

constexpr const char* kStyle =
    "body{font:15px/1.5 system-ui,sans-serif;color:#1c2733;background:#f4f6f8;margin:0}"
    "main{max-width:960px;margin:0 auto;padding:28px 20px 60px}"
    "h1{font-size:26px;margin:0 0 4px}h2{font-size:18px;margin:34px 0 10px}"
    "p{margin:6px 0;max-width:75ch}.quiet{color:#6b7885}"
    "section{background:#fff;border:1px solid #e3e8ed;border-radius:8px;padding:14px 18px;"
    "overflow-x:auto}"
    "table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}"
    "th,td{padding:5px 10px;text-align:right;border-bottom:1px solid #e3e8ed;white-space:nowrap}"
    "th{font-weight:600;color:#6b7885;font-size:13px}"
    "th:first-child,td:first-child,.text{text-align:left}td.text{white-space:normal;"
    "min-width:240px}"
    "section+section{margin-top:10px}small{color:#6b7885}"
    "tr:last-child td{border-bottom:0}code{font:13px/1.5 ui-monospace,monospace;"
    "white-space:pre-wrap;overflow-wrap:anywhere}"
    ".plots{display:flex;flex-wrap:wrap;gap:8px}svg{max-width:100%;height:auto}"
    "dl{display:grid;grid-template-columns:max-content 1fr;gap:4px 18px;margin:0}"
    "dt{color:#6b7885}dd{margin:0;overflow-wrap:anywhere}";

}  // namespace

std::string page_of(const std::string& title, const std::string& lead, const std::string& body) {
  return fmt::format(
             "<!doctype html>\n<html lang='en'>\n<head>\n<meta charset='utf-8'>\n"
             "<meta name='viewport' content='width=device-width,initial-scale=1'>\n"
             "<title>{0}</title>\n<style>{1}</style>\n</head>\n<body><main>\n<h1>{0}</h1>\n"
             "<p class='quiet'>{2}</p>\n",
             escape_html(title), kStyle, escape_html(lead)) +
         body + "</main></body>\n</html>\n";
}

}  // namespace flowtalk::evaluate
