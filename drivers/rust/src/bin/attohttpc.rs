//! attohttpc under test. It connects for each request.

use wireserve_drivers::{Request, Response, drive};

fn main() {
    drive("attohttpc 0.30.1", |request: &Request| {
        let failed = |error: attohttpc::Error| ("error".to_owned(), error.to_string());
        let method = request.method.parse().expect("a method");
        let mut asked = attohttpc::RequestBuilder::try_new(method, &request.url).map_err(failed)?;
        for (name, value) in &request.fields {
            let name: attohttpc::header::HeaderName = name.parse().expect("a name");
            asked = asked.header_append(name, value);
        }
        if let Some((name, password)) = &request.credentials {
            asked = asked.basic_auth(name, Some(password));
        }
        let response = match request.content() {
            Some(content) => asked.bytes(content).send(),
            None => asked.send(),
        };
        let (status, fields, body) = response.map_err(failed)?.split();
        let fields = fields
            .iter()
            .map(|(name, value)| (name.to_string(), value.as_bytes().to_vec()));
        Ok(Response {
            status: status.as_u16(),
            reason: None,
            fields: fields.collect(),
            content: body.bytes().map_err(failed)?,
        })
    });
}
