//! One page for reading and printing: no scripts, no outside addresses, everything escaped.

use std::io::{Result, Write};

use super::table::Sheet;

const STYLE: &str = "body{font:16px/1.45 system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem;\
color:#1b1b1b;background:#fff}h1{font-size:1.5rem}h2{font-size:1.15rem;margin-top:2rem}\
table{border-collapse:collapse;width:100%}th,td{border:1px solid #bbb;padding:.3rem .5rem;text-align:left;\
vertical-align:top}th{background:#eee}.wide{overflow-x:auto}\
@media screen{table:has(thead){min-width:44rem}}@media print{body{margin:0;font-size:11pt}\
h2{break-after:avoid}.page{break-before:page}tr{break-inside:avoid}.wide{overflow:visible}}";

/// Writes the page.
pub(super) fn write(title: &str, sheets: &[Sheet], out: &mut impl Write) -> Result<()> {
    let title = escape(title);
    writeln!(out, "<!doctype html>\n<html lang=\"ru\">\n<head>\n<meta charset=\"utf-8\">")?;
    writeln!(out, "<meta name=\"viewport\" content=\"width=device-width\">\n<title>{title}</title>")?;
    writeln!(out, "<style>{STYLE}</style>\n</head>\n<body>\n<h1>{title}</h1>")?;
    sheets.iter().try_for_each(|sheet| table(sheet, out))?;
    writeln!(out, "</body>\n</html>")
}

fn table(sheet: &Sheet, out: &mut impl Write) -> Result<()> {
    let (title, page) = (escape(&sheet.title), if sheet.own_page { " class=\"page\"" } else { "" });
    writeln!(out, "<h2{page}>{title} ({})</h2>", sheet.rows.len())?;
    // A table too wide for a telephone is moved by itself, with fingers or keys; the page stays.
    writeln!(out, "<div class=\"wide\" role=\"region\" aria-label=\"{title}\" tabindex=\"0\">\n<table>")?;
    if !sheet.headings.is_empty() {
        writeln!(out, "<thead><tr>{}</tr></thead>", cells("th", &sheet.headings))?;
    }
    writeln!(out, "<tbody>")?;
    sheet.rows.iter().try_for_each(|row| writeln!(out, "<tr>{}</tr>", cells("td", row)))?;
    writeln!(out, "</tbody>\n</table>\n</div>")
}

fn cells(tag: &str, texts: &[String]) -> String {
    texts.iter().map(|text| format!("<{tag}>{}</{tag}>", escape(text))).collect()
}

fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c if c.is_control() && c != '\n' => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn d8_hostile_names_stay_text() {
        let sheet = Sheet {
            title: "<b>".into(),
            headings: vec!["\"'".into()],
            rows: vec![vec!["<script>alert(1)</script>".into()]],
            own_page: true,
        };
        let mut out = Vec::new();
        write("a & b", &[sheet], &mut out).unwrap();
        let page = String::from_utf8(out).unwrap();
        assert!(page.contains("<td>&lt;script&gt;alert(1)&lt;/script&gt;</td>"), "{page}");
        assert!(page.contains("<h2 class=\"page\">&lt;b&gt; (1)</h2>"));
        assert!(page.contains("<title>a &amp; b</title>"));
        assert!(!page.contains("<script"));
    }
}
