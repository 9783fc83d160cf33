-- Haskell's http-client under test: one manager with its defaults, which keeps connections and follows redirects.
{-# LANGUAGE CPP #-}
{-# LANGUAGE OverloadedStrings #-}

module Main (main) where

import Control.Exception (SomeException, try)
import Data.Aeson (Value, decode, encode, object, withObject, (.:), (.:?), (.=))
import Data.Aeson.Types (parseMaybe)
import qualified Data.ByteString as Bytes
import qualified Data.ByteString.Base64 as Base64
import qualified Data.ByteString.Char8 as Char8
import qualified Data.ByteString.Lazy.Char8 as Lazy
import qualified Data.CaseInsensitive as Case
import Data.Maybe (fromMaybe)
import qualified Data.Text as Text
import qualified Data.Text.Encoding as Text
import Network.HTTP.Client
import Network.HTTP.Types.Status (statusCode, statusMessage)
import System.IO (BufferMode (LineBuffering), hSetBuffering, isEOF, stdout)

data Asked = Asked Value Text.Text String [(Text.Text, Text.Text)] (Maybe Text.Text)

main :: IO ()
main = do
  hSetBuffering stdout LineBuffering
  say (object ["version" .= (1 :: Int), "client" .= ("http-client " <> version)])
  manager <- newManager defaultManagerSettings
  loop manager

version :: Text.Text
version = VERSION_http_client

loop :: Manager -> IO ()
loop manager = do
  ended <- isEOF
  if ended then pure () else do
    line <- Bytes.getLine
    let Asked number method url fields content = fromMaybe (error "no request") (decode (Lazy.fromStrict line) >>= parseMaybe asked)
    result <- try (ask manager method url fields content)
    let outcome = case result of
          Right pairs -> pairs
          Left failure -> ["error" .= object ["kind" .= ("HttpException" :: Text.Text), "text" .= reason failure]]
    say (object (("id" .= number) : outcome))
    loop manager
 where
  asked = withObject "request" $ \o ->
    Asked <$> o .: "id" <*> o .: "method" <*> o .: "url" <*> o .: "fields" <*> o .:? "content"
  -- The request, which the text begins with, is of no interest.
  reason failure = Text.strip (snd (Text.breakOnEnd "}\n" (Text.pack (show (failure :: SomeException)))))
  ask manager method url fields content = do
    request <- parseRequest url
    let encoded (name, value) = (Case.mk (Text.encodeUtf8 name), Text.encodeUtf8 value)
        sent = request
          { method = Text.encodeUtf8 method
          , requestHeaders = map encoded fields
          , requestBody = maybe (requestBody request) (RequestBodyBS . Base64.decodeLenient . Text.encodeUtf8) content
          }
    response <- httpLbs sent manager
    let latin1 = Text.pack . Char8.unpack
    pure
      [ "status" .= max 0 (statusCode (responseStatus response))
      , "reason" .= latin1 (statusMessage (responseStatus response))
      , "fields" .= [(latin1 (Case.original name), latin1 value) | (name, value) <- responseHeaders response]
      , "content" .= latin1 (Base64.encode (Lazy.toStrict (responseBody response)))
      ]

say :: Value -> IO ()
say = Lazy.putStrLn . encode
