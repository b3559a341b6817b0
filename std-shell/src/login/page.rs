//! What the browser shows at the end of a login.

/// A page, and what it may do (Content Security Policy): its own style and script, named by their
/// hashes, and nothing else.
pub(super) struct Page {
    pub(super) html: String,
    pub(super) policy: String,
}

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("fragment.js");

/// A heading and a sentence, both escaped.
pub(super) fn message(title: &str, text: &str) -> Page {
    page(title, &format!("<p>{}</p>", escaped(text)), None)
}

/// The page that hands its address's fragment back, and then shows what came of it.
pub(super) fn fragment() -> Page {
    let body = "<p id=\"text\">One moment.</p>\
                <noscript><p>JavaScript must be on, for the token to be handed over.</p></noscript>";
    page("Logging in", body, Some(SCRIPT))
}

fn page(title: &str, body: &str, script: Option<&str>) -> Page {
    let title = escaped(title);
    let script_tag = script
        .map(|script| format!("<script>{script}</script>"))
        .unwrap_or_default();
    let html = format!(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>{title} - snow-token</title>\
         <style>{STYLE}</style></head><body><main><h1 id=\"title\">{title}</h1>{body}</main>\
         {script_tag}</body></html>"
    );
    let script_source = match script {
        Some(script) => format!("; script-src {}; connect-src 'self'", hash(script)),
        None => String::new(),
    };
    Page {
        html,
        policy: format!(
            "default-src 'none'; style-src {}{script_source}; frame-ancestors 'none'; \
             base-uri 'none'; form-action 'none'",
            hash(STYLE)
        ),
    }
}

fn hash(source: &str) -> String {
    use base64ct::{Base64, Encoding};
    let hash = ring::digest::digest(&ring::digest::SHA256, source.as_bytes());
    format!("'sha256-{}'", Base64::encode_string(hash.as_ref()))
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            char => escaped.push(char),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_came_through_the_browser_is_escaped() {
        let page = message("<b>", "<script>alert('\"&')</script>");
        assert!(page.html.contains("<h1 id=\"title\">&lt;b&gt;</h1>"));
        assert!(
            page.html
                .contains("&lt;script&gt;alert(&#39;&quot;&amp;&#39;)&lt;/script&gt;")
        );
        assert!(!page.html.contains("<script>"));
        assert!(!page.policy.contains("script-src"));
    }
}
