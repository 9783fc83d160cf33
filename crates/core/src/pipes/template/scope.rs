//! Where templates look names up, as a trait: for a file the request and its server, [`Context`]; for a script,
//! in `python`, its request object, whose attributes the script may have replaced.

use std::path::PathBuf;
use std::rc::Rc;

use crate::exchange::{Links, Request, Turn};
use crate::http::query;
use crate::pipes::{Context, Missing};
use crate::text::latin1;
use crate::wire::budget::Full;

use super::Wrong;
use super::location::Location;
use super::tokens::Index;
use super::values::{Object, Value};

/// A request and the server that answers it, as templates see them.
pub trait Scope<'e> {
    /// `headers`, indexed by name. A missing one is an error.
    ///
    /// # Errors
    /// An error of a script's request object.
    fn headers(&self) -> Result<Value<'e>, Wrong>;

    /// The value of a field, several joined with a comma.
    ///
    /// # Errors
    /// A name beyond ISO 8859-1.
    fn header(&self, name: &str) -> Result<Option<Value<'e>>, Wrong>;

    /// `GET`, indexed by name. A missing parameter is empty.
    ///
    /// # Errors
    /// An error of a script's request object.
    fn parameters(&self) -> Result<Value<'e>, Wrong>;

    /// The first query parameter of this name.
    ///
    /// # Errors
    /// An error of a script's request object.
    fn parameter(&self, name: &str) -> Result<Option<Value<'e>>, Wrong> {
        let parameters = self.parameters()?;
        let found = parameters.item(&Index::Key(name.to_owned()))?;
        Ok(Some(found).filter(|found| !found.is_empty()))
    }

    /// The parts of the URL.
    ///
    /// # Errors
    /// A port that is not a number.
    fn location(&self) -> Result<Location, Wrong>;

    /// A key of the server's configuration.
    ///
    /// # Errors
    /// An error of a script's request object.
    fn config(&self, key: &str) -> Result<Option<Value<'e>>, Wrong>;

    /// The place of the folder in the site.
    ///
    /// # Errors
    /// An error of a script's request object.
    fn url_base(&self) -> Result<String, Wrong>;

    /// The request target.
    ///
    /// # Errors
    /// An error of a script's request object.
    fn request_path(&self) -> Result<String, Wrong>;

    /// The folder that is served, and where its symbolic links may lead.
    ///
    /// # Errors
    /// An error of a script's request object.
    fn doc_root(&self) -> Result<(PathBuf, Links), Wrong>;

    /// Whether the client may still be waiting. Asked between pieces of long work, which ends at `false`.
    fn is_wanted(&self) -> bool;

    /// Counts so many bytes of content as in memory until the response has been sent.
    ///
    /// # Errors
    /// [`Full`].
    fn hold(&self, bytes: usize) -> Result<(), Full>;

    /// Does work that takes long or waits for files. Other scripts can run meanwhile.
    fn blocking(&self, work: &mut (dyn FnMut() + Send)) {
        work();
    }
}

impl<'e> Scope<'e> for Context<'e> {
    fn headers(&self) -> Result<Value<'e>, Wrong> {
        Ok(Value::Object(Rc::new(Fields(self.request))))
    }

    fn header(&self, name: &str) -> Result<Option<Value<'e>>, Wrong> {
        field(self.request, name)
    }

    fn parameters(&self) -> Result<Value<'e>, Wrong> {
        Ok(Value::Object(Rc::new(Parameters(
            self.request,
            self.missing,
        ))))
    }

    fn parameter(&self, name: &str) -> Result<Option<Value<'e>>, Wrong> {
        Ok(parameter(self.request, name)?.map(Value::Bytes))
    }

    fn location(&self) -> Result<Location, Wrong> {
        Location::of(self.request)
    }

    fn config(&self, key: &str) -> Result<Option<Value<'e>>, Wrong> {
        Ok(self.hosts.config(key).map(Value::from))
    }

    fn url_base(&self) -> Result<String, Wrong> {
        Ok(self.mount.url_base().to_owned())
    }

    fn request_path(&self) -> Result<String, Wrong> {
        Ok(latin1::decode(self.request.request_path()).into_owned())
    }

    fn doc_root(&self) -> Result<(PathBuf, Links), Wrong> {
        Ok((self.mount.root().to_path_buf(), self.mount.links()))
    }

    fn is_wanted(&self) -> bool {
        self.turn.is_none_or(Turn::is_wanted)
    }

    fn hold(&self, bytes: usize) -> Result<(), Full> {
        self.turn.map_or(Ok(()), |turn| turn.hold(bytes))
    }
}

/// The header fields of a request.
#[derive(Debug)]
struct Fields<'e>(&'e Request);

impl<'e> Object<'e> for Fields<'e> {
    fn item(&self, index: &Index) -> Result<Value<'e>, Wrong> {
        let found = match index {
            Index::Key(name) => field(self.0, name)?,
            Index::Number(_) => None,
        };
        found.ok_or_else(|| Wrong::no_item(index))
    }
}

fn field<'e>(request: &Request, name: &str) -> Result<Option<Value<'e>>, Wrong> {
    let wanted = latin1::encode(name).map_err(|_| Wrong::NoItem(name.to_owned()))?;
    let values: Vec<_> = request
        .head()
        .fields()
        .filter(|(name, _)| name.eq_ignore_ascii_case(&wanted))
        .map(|(_, value)| value)
        .collect();
    Ok((!values.is_empty()).then(|| Value::Bytes(values.join(&b", "[..]))))
}

/// The query parameters of a request.
#[derive(Debug)]
struct Parameters<'e>(&'e Request, Missing);

impl<'e> Object<'e> for Parameters<'e> {
    fn item(&self, index: &Index) -> Result<Value<'e>, Wrong> {
        let found = match index {
            Index::Key(name) => parameter(self.0, name)?,
            Index::Number(_) => None,
        };
        match (found, self.1, index) {
            (Some(value), ..) => Ok(Value::Bytes(value)),
            (None, Missing::Refused, Index::Key(name)) => Err(Wrong::NoParameter(name.clone())),
            (None, ..) => Ok(Value::Text(String::new())),
        }
    }
}

fn parameter(request: &Request, name: &str) -> Result<Option<Vec<u8>>, Wrong> {
    let wanted = latin1::encode(name).map_err(|_| Wrong::no_item(&Index::Key(name.to_owned())))?;
    let mut pairs = query::pairs(request.query());
    Ok(pairs
        .find(|(name, _)| *name == wanted)
        .map(|(_, value)| value))
}
