//! The steps for WebSockets as methods of the writer, and as items of a list: frames and their options,
//! valid or not.

use std::borrow::Cow;

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyString};

use crate::exchange::play;
use crate::wire_script::frame_options::{self, OptionValue};
use crate::wire_script::{CloseReason, Frame};

use super::ResponseWriter;
use super::steps::value_error;

#[pymethods]
impl ResponseWriter {
    /// Sends the response that opens a WebSocket, for the key of the request, with more field lines.
    #[pyo3(signature = (fields=None), text_signature = "($self, fields=b'')")]
    fn ws_accept(&self, py: Python<'_>, fields: Option<&Bound<'_, PyAny>>) -> PyResult<bool> {
        let fields = fields.map(|fields| self.encode(fields)).transpose()?;
        let request = self.response().asked().facts();
        let head = play::websocket_accept(request, fields.as_deref());
        self.turn().note_status(101);
        Ok(self.send_frame(py, &head))
    }

    /// Sends a WebSocket frame.
    #[pyo3(
        signature = (data, *, opcode=None, fin=None, rsv=None, mask=None, length=None, width=None),
        text_signature = "($self, data, *, opcode='text', fin=True, rsv=0, mask=None, length=None, width=None)"
    )]
    #[expect(clippy::too_many_arguments, reason = "the options of a frame")]
    fn ws_frame(
        &self,
        data: &Bound<'_, PyAny>,
        opcode: Option<&Bound<'_, PyAny>>,
        fin: Option<&Bound<'_, PyAny>>,
        rsv: Option<&Bound<'_, PyAny>>,
        mask: Option<&Bound<'_, PyAny>>,
        length: Option<&Bound<'_, PyAny>>,
        width: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<bool> {
        let values = [fin, rsv, opcode, mask, length, width];
        let mut frame = Frame::from("");
        for (option, value) in frame_options::OPTIONS.into_iter().zip(values) {
            if let Some(value) = value {
                set(&mut frame, option, value)?;
            }
        }
        frame.payload = self.encode(data)?.into_owned();
        Ok(self.send_frame(data.py(), &frame.to_bytes()))
    }

    /// Sends a close frame; without a code, it has no payload.
    #[pyo3(signature = (code=None, reason=None), text_signature = "($self, code=None, reason=b'')")]
    fn ws_close(
        &self,
        py: Python<'_>,
        code: Option<u16>,
        reason: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<bool> {
        let reason = code
            .map(|code| self.close_reason(code, reason))
            .transpose()?;
        Ok(self.send_frame(py, &Frame::close(reason.as_ref()).to_bytes()))
    }
}

impl ResponseWriter {
    /// The frame of an item of a list: its payload, and a dict of options.
    pub(super) fn frame(
        &self,
        data: &Bound<'_, PyAny>,
        options: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Frame> {
        let mut frame = Frame::from("");
        if let Some(options) = options {
            for (option, value) in options.cast::<PyDict>()? {
                set(&mut frame, &option.extract::<String>()?, &value)?;
            }
        }
        frame.payload = self.encode(data)?.into_owned();
        Ok(frame)
    }

    pub(super) fn close_reason(
        &self,
        code: u16,
        reason: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<CloseReason> {
        let reason = reason.map(|reason| self.encode(reason)).transpose()?;
        let reason = reason.map_or_else(Vec::new, Cow::into_owned);
        Ok(CloseReason { code, reason })
    }

    fn send_frame(&self, py: Python<'_>, bytes: &[u8]) -> bool {
        self.turn().mark_written();
        self.send(py, bytes)
    }
}

fn set(frame: &mut Frame, option: &str, value: &Bound<'_, PyAny>) -> PyResult<()> {
    let value = if let Ok(bytes) = value.cast::<PyBytes>() {
        OptionValue::Bytes(bytes.as_bytes().to_vec())
    } else if let Ok(word) = value.cast::<PyString>() {
        OptionValue::Word(word.to_str()?.to_owned())
    } else {
        let number = value.extract::<u64>().map_err(|_| {
            let found = value
                .repr()
                .map_or_else(|_| String::new(), |repr| repr.to_string());
            PyTypeError::new_err(format!(
                "expected a number, text or bytes for the option {option}, found {found}"
            ))
        });
        OptionValue::Number(number?)
    };
    frame_options::set(frame, option, value).map_err(value_error)
}
