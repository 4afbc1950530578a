# Ключи, которыми подписывает программа, и сертификаты, которым она верит.
doctor-signing-good = ключ подписи на месте
doctor-signing-open = файл ключа могут читать другие пользователи
doctor-signing-mismatch = ключ и сертификат не подходят друг к другу: заменили только что-то одно
doctor-signing-broken = подписать или проверить подпись не получится: { $cause }
doctor-signing-cure = проверьте раздел [signing] в exchange.toml: файл ключа, его права и сертификат
doctor-signing-certificate-cure = выпустите новый ключ с сертификатом, зарегистрируйте его на портале и укажите в exchange.toml (docs/signing.md)
doctor-verification-certificate-cure = скачайте новый сертификат портала и добавьте его в certificates рядом с прежним (docs/signing.md)
