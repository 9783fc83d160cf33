//! Wire scripts as `script()` takes them: a text, or a list of steps. A step is a tuple of its name and
//! arguments, and a block is a list again. Data that is made when it is sent is a list of parts.
//! `wire_script/table.rs` names the steps.

use std::path::PathBuf;
use std::sync::Arc;

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyList, PyString, PyTuple};

use crate::site::files::script_folder::ScriptFolder;
use crate::wire_script::form::{Form, Takes};
use crate::wire_script::table::{FORMS, takes_argument};
use crate::wire_script::{
    Data, FILE, FUNCTIONS, Folder, Function, Limit, MAX_BYTES, MAX_DEPTH, Misplaced,
    NUMBER_OUTSIDE, Place, WireScript, expected_words,
};

use super::ResponseWriter;
use super::steps::{count, duration, named, value_error};

impl ResponseWriter {
    /// The script of a list or a text.
    pub(super) fn whole_script(&self, steps: &Bound<'_, PyAny>) -> PyResult<WireScript> {
        let script = self.script_of(steps, 0)?;
        if script.has_number_outside() {
            return Err(value_error(NUMBER_OUTSIDE));
        }
        if !script.has_files() {
            return Ok(script);
        }
        let folder = ScriptFolder::of(&calling_file(steps.py())?, self.asked().mount());
        let script = script.with_folder(&(Arc::new(folder) as Arc<dyn Folder>));
        script.check_files().map_err(value_error)?;
        Ok(script)
    }

    /// A script, or a block at this depth.
    fn script_of(&self, steps: &Bound<'_, PyAny>, depth: usize) -> PyResult<WireScript> {
        if depth > MAX_DEPTH {
            return Err(value_error(format!(
                "expected at most {MAX_DEPTH} nested blocks, found more"
            )));
        }
        if steps.is_instance_of::<PyString>() || steps.is_instance_of::<PyBytes>() {
            let text = self.encode(steps)?;
            return WireScript::parse(&text).map_err(|error| value_error(error.to_string()));
        }
        let py = steps.py();
        let mut script = WireScript::new();
        for (index, step) in steps.try_iter()?.enumerate() {
            let number = index + 1;
            self.add(&mut script, &step?, number, depth)
                .map_err(|error| {
                    // Not every class of exception can be made from a text.
                    let message = format!("step {number}: {}", error.value(py));
                    match error.is_instance_of::<PyTypeError>(py) {
                        true => PyTypeError::new_err(message),
                        false => value_error(message),
                    }
                })?;
        }
        Ok(script)
    }

    /// Adds an item of the list to the script.
    fn add(
        &self,
        script: &mut WireScript,
        item: &Bound<'_, PyAny>,
        number: usize,
        depth: usize,
    ) -> PyResult<()> {
        let item = Item::of(item)?;
        let form = item.form()?;
        let place = Place::Step(number);
        let misplaced = |error: Misplaced| value_error(error.to_string());
        let block = |at| self.script_of(&item.argument_at(at)?, depth + 1);
        script.admit(form, place).map_err(misplaced)?;
        item.check_count()?;
        let step = match form.takes {
            Takes::Nothing(make) => make(item.limit(form)?),
            Takes::Bytes(make) => {
                let bytes = self.encode(&item.argument()?)?.into_owned();
                make(bytes, item.limit(form)?)
            }
            Takes::Pattern(make) => make(self.pattern(&item.argument()?)?, item.limit(form)?),
            Takes::Event(make) => {
                let event = item.argument()?.extract::<String>()?;
                make(named(&event)?.to_owned(), item.limit(form)?)
            }
            Takes::Count(make) => make(count(&item.argument()?)?, item.limit(form)?),
            Takes::Time(make) => {
                let time = duration(item.argument()?.extract()?)?;
                make(time, item.limit(form)?)
            }
            Takes::Fields(make) => {
                let fields = self.encode(&item.argument()?)?.into_owned();
                make(fields, item.limit(form)?)
            }
            Takes::Data(make) => {
                let data = self.data(&item.argument()?, 0)?;
                make(data, item.limit(form)?)
            }
            Takes::Block(make) => make(block(0)?, None),
            Takes::Repeat(make) | Takes::First(make) => {
                let count = item.argument()?.extract()?;
                make(count, block(1)?, None)
            }
            Takes::Named(make) => make(name(&item.argument()?)?, block(1)?, None),
            Takes::Containing(make) => {
                let bytes = self.encode(&item.argument_at(1)?)?.into_owned();
                make(name(&item.argument()?)?, bytes, block(2)?, None)
            }
            Takes::Frame(make) => {
                let frame = self.frame(&item.argument()?, item.optional(1).as_ref())?;
                make(frame, item.limit(form)?)
            }
            Takes::Close(make) => {
                let code = item.argument()?.extract()?;
                let reason = self.close_reason(code, item.optional(1).as_ref())?;
                make(reason, item.limit(form)?)
            }
        };
        script.push(step, place).map_err(misplaced)
    }

    /// Data: bytes, or a list of parts.
    fn data(&self, data: &Bound<'_, PyAny>, depth: usize) -> PyResult<Data> {
        let Ok(parts) = data.cast::<PyList>() else {
            return Ok(self.encode(data)?.into_owned().into());
        };
        let parts = parts.iter();
        parts
            .map(|part| self.part(&part, depth))
            .try_fold(Data::new(), |mut all, part| {
                all.append(part?);
                Ok(all)
            })
    }

    /// A part: bytes, or a tuple such as `("number",)` or `("times", 3, data)`.
    fn part(&self, part: &Bound<'_, PyAny>, depth: usize) -> PyResult<Data> {
        if !part.is_instance_of::<PyTuple>() {
            return Ok(self.encode(part)?.into_owned().into());
        }
        if depth >= MAX_DEPTH {
            return Err(value_error(format!(
                "expected at most {MAX_DEPTH} nested items, found more"
            )));
        }
        let item = Item::of(part)?;
        let inner = |at| self.data(&item.argument_at(at)?, depth + 1);
        let small = |data: Data, count| match data.most().saturating_mul(count) > MAX_BYTES {
            true => Err(value_error(format!(
                "expected at most {MAX_BYTES} bytes in items, found more"
            ))),
            false => Ok(data),
        };
        let (made, expected) = match (&*item.name, Function::named(&item.name)) {
            ("number", _) => {
                let level = item
                    .optional(0)
                    .map_or(Ok(1), |level| level.extract::<usize>())?;
                let Some(outer) = level.checked_sub(1) else {
                    return Err(value_error(
                        "expected a number from 1 after `number`, found 0",
                    ));
                };
                (Data::new().outer_number(outer), 1)
            }
            ("times", _) => {
                let count = item.argument()?.extract::<u64>()?;
                (small(inner(1)?, count)?.repeated(count), 2)
            }
            (FILE, _) => (Data::new().file(item.argument()?.extract::<String>()?), 1),
            (_, Some(function)) => (small(inner(0)?, 1)?.made_by(function), 1),
            (name, None) => {
                let names = ["number", "times", FILE].into_iter();
                let names: Vec<_> = names.chain(FUNCTIONS.map(Function::word)).collect();
                let expected = expected_words("an item", &names, name);
                return Err(value_error(format!("expected {expected}, found `{name}`")));
            }
        };
        item.check_count_of(expected)?;
        Ok(made)
    }
}

/// The file of the Python code that calls the method.
fn calling_file(py: Python<'_>) -> PyResult<PathBuf> {
    let frame = py.import("sys")?.call_method0("_getframe")?;
    frame.getattr("f_code")?.getattr("co_filename")?.extract()
}

/// A step as lists have it: a tuple of its name and arguments, or the name alone.
struct Item<'py> {
    name: String,
    arguments: Bound<'py, PyTuple>,
}

impl<'py> Item<'py> {
    fn of(item: &Bound<'py, PyAny>) -> PyResult<Self> {
        if let Ok(tuple) = item.cast::<PyTuple>() {
            let name = tuple
                .get_item(0)
                .map_err(|_| value_error("expected the name of a step, found an empty tuple"))?;
            let arguments = tuple.get_slice(1, tuple.len());
            let name = name.extract()?;
            return Ok(Self { name, arguments });
        }
        match item.extract() {
            Ok(name) => Ok(Self {
                name,
                arguments: PyTuple::empty(item.py()),
            }),
            Err(_) => Err(PyTypeError::new_err(format!(
                "expected a tuple or the name of a step, found {}",
                item.get_type().name()?
            ))),
        }
    }

    /// The forms that steps of this name can have.
    fn forms(&self) -> impl Iterator<Item = &'static Form> {
        FORMS.iter().filter(|form| form.list_name == self.name)
    }

    /// The form with an argument if there is one, and otherwise the form without.
    fn form(&self) -> PyResult<&'static Form> {
        let argument = self.optional(0);
        let has_argument = argument.is_some();
        let is_list = argument.is_some_and(|argument| argument.is_instance_of::<PyList>());
        let fits = |form: &&'static Form| match form.takes {
            Takes::Bytes(_) => has_argument && !is_list,
            _ => takes_argument(form) == has_argument,
        };
        let form = self.forms().find(fits).or_else(|| self.forms().next());
        form.ok_or_else(|| {
            let mut names: Vec<_> = FORMS.iter().map(|form| form.list_name).collect();
            names.dedup();
            let expected = expected_words("a step", &names, &self.name);
            value_error(format!("expected {expected}, found `{}`", self.name))
        })
    }

    fn argument(&self) -> PyResult<Bound<'py, PyAny>> {
        self.argument_at(0)
    }

    fn argument_at(&self, at: usize) -> PyResult<Bound<'py, PyAny>> {
        self.arguments.get_item(at).map_err(|_| {
            let expected = match at {
                0 => "an argument".to_owned(),
                at => format!("{} arguments", at + 1),
            };
            let found = match self.arguments.len() {
                0 => "none".to_owned(),
                found => found.to_string(),
            };
            let name = &self.name;
            value_error(format!("expected {expected} after `{name}`, found {found}"))
        })
    }

    fn optional(&self, at: usize) -> Option<Bound<'py, PyAny>> {
        let argument = self.arguments.get_item(at).ok();
        argument.filter(|argument| !argument.is_none())
    }

    /// The last argument of a form that has a limit.
    fn limit(&self, form: &Form) -> PyResult<Limit> {
        if !form.has_limit {
            return Ok(None);
        }
        let at = usize::from(self.forms().any(takes_argument));
        let seconds = self.optional(at);
        seconds
            .map(|seconds| duration(seconds.extract()?))
            .transpose()
    }

    fn check_count(&self) -> PyResult<()> {
        let most = self.forms().map(arguments).max().unwrap_or(0)
            + usize::from(self.forms().any(|form| form.has_limit));
        self.check_count_of(most)
    }

    fn check_count_of(&self, most: usize) -> PyResult<()> {
        let found = self.arguments.len();
        if found > most {
            let name = &self.name;
            let expected = match most {
                0 => "no argument".to_owned(),
                1 => "at most 1 argument".to_owned(),
                _ => format!("at most {most} arguments"),
            };
            let message = format!("expected {expected} after `{name}`, found {found}");
            return Err(value_error(message));
        }
        Ok(())
    }
}

/// How many arguments a form has, its limit not counted.
fn arguments(form: &Form) -> usize {
    match form.takes {
        Takes::Nothing(_) => 0,
        Takes::Frame(_)
        | Takes::Close(_)
        | Takes::Repeat(_)
        | Takes::First(_)
        | Takes::Named(_) => 2,
        Takes::Containing(_) => 3,
        _ => 1,
    }
}

/// The name of a method or a field.
fn name(name: &Bound<'_, PyAny>) -> PyResult<String> {
    let name = name.extract::<String>()?;
    if name.is_empty() {
        return Err(value_error("expected a name, found an empty string"));
    }
    Ok(name)
}
